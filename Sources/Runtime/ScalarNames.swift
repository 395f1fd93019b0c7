// SPDX-License-Identifier: Apache-2.0

/// Replaces the standard library's function that looks up the Unicode name of a scalar, which no function here needs.
/// Its tables take 470 KB in each executable. The linker uses this function instead (`--wrap` in Package.swift) and
/// omits the tables. `Unicode.Scalar.Properties.name` is always `nil` as a consequence.
@_cdecl("__wrap__swift_stdlib_getScalarName")
func noScalarName(_ scalar: UInt32, _ buffer: UnsafeMutableRawPointer?, _ capacity: Int) -> Int { 0 }
