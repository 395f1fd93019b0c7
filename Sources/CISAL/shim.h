// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <isa-l/crc.h>
