# SPDX-License-Identifier: Apache-2.0

"""Corrections of moto's CloudFormation: resources that it ignores, or that it creates and updates incompletely."""
