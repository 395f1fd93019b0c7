"""CloudFormation resources that moto ignores or makes without what they need.

Only creation: moto loses resources when it updates a stack, and every local AWS starts empty.
"""
