# SPDX-License-Identifier: Apache-2.0

"""The service's errors. moto takes the HTTP status of each from the service model."""

from moto.core.exceptions import ServiceException


class ValidationException(ServiceException):
    code = "ValidationException"


class ResourceNotFoundException(ServiceException):
    code = "ResourceNotFoundException"


class ConflictException(ServiceException):
    code = "ConflictException"
    message = "The data store is busy"


class InternalServerException(ServiceException):
    code = "InternalServerException"
    message = "An unexpected error occurred"


class ThrottlingException(ServiceException):
    code = "ThrottlingException"
    message = "Rate exceeded"


class ServiceQuotaExceededException(ServiceException):
    code = "ServiceQuotaExceededException"
    message = "The number of concurrent import jobs exceeds the quota"
