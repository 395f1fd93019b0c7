"""AWS::Lambda::Function: moto drops LoggingConfig, from which Lambda sets a function's log variables."""

from moto.awslambda.models import LambdaFunction


def install() -> None:
    create = LambdaFunction.create_from_cloudformation_json
    update = LambdaFunction.update_from_cloudformation_json

    def create_with_logging(cls, resource_name, cloudformation_json, account_id, region_name, **kwargs):
        function = create(resource_name, cloudformation_json, account_id, region_name, **kwargs)
        return _keep_logging(function, cloudformation_json)

    def update_with_logging(cls, original, new_resource_name, cloudformation_json, account_id, region_name):
        function = update(original, new_resource_name, cloudformation_json, account_id, region_name)
        return _keep_logging(function, cloudformation_json)

    LambdaFunction.create_from_cloudformation_json = classmethod(create_with_logging)
    LambdaFunction.update_from_cloudformation_json = classmethod(update_with_logging)


def _keep_logging(function: LambdaFunction, cloudformation_json: dict) -> LambdaFunction:
    function.logging_config = cloudformation_json["Properties"].get("LoggingConfig", {})
    return function
