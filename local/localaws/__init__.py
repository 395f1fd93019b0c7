# SPDX-License-Identifier: Apache-2.0

"""The local AWS: moto's server in one process, with the gaps closed that this project meets. Each file closes one."""
