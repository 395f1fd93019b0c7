/// Stands for the standard library's function that looks up what Unicode calls a scalar, which no function here asks: its tables are
/// 470 KB of an executable. The linker puts it in that place (`--wrap` in Package.swift) and leaves the tables out, so that
/// `Unicode.Scalar.Properties.name` is nil.
@_cdecl("__wrap__swift_stdlib_getScalarName")
func noScalarName(_ scalar: UInt32, _ buffer: UnsafeMutableRawPointer?, _ capacity: Int) -> Int { 0 }
