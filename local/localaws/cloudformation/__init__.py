"""CloudFormation resources that moto ignores or makes and updates without what they need."""
