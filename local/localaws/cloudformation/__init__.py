"""CloudFormation resources that moto ignores or makes without what they need."""
