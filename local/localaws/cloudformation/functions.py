# SPDX-License-Identifier: Apache-2.0

"""AWS::Lambda::Function: moto ignores LoggingConfig, from which Lambda sets a function's log variables, and a new
reserved concurrency in an update. It also keeps numbers as values of environment variables, which must be strings."""

from moto.awslambda.models import LambdaFunction


def install() -> None:
    create = LambdaFunction.create_from_cloudformation_json

    def create_whole(cls, resource_name, cloudformation_json, account_id, region_name, **kwargs):
        function = create(resource_name, cloudformation_json, account_id, region_name, **kwargs)
        return complete(function, cloudformation_json["Properties"])

    LambdaFunction.create_from_cloudformation_json = classmethod(create_whole)


def complete(function: LambdaFunction, properties: dict) -> LambdaFunction:
    function.logging_config = properties.get("LoggingConfig", {})
    function.reserved_concurrency = properties.get("ReservedConcurrentExecutions")
    function.environment_vars = {name: str(value) for name, value in function.environment_vars.items()}
    return function
