// SPDX-License-Identifier: Apache-2.0

extension Tag {
    /// Whether the standard allows this tag in a data set, a command set or file meta information. A reader that has
    /// lost its position takes bytes of a value for a tag. PS3.6 and PS3.7 annex E.
    ///
    /// `last` is the tag of the preceding element: private elements, whose groups are odd, come after their creator.
    /// PS3.5 §7.8.
    func isPlausible(after last: Tag?) -> Bool {
        switch group {
        case 0x0000, 0x0002, 0x0004: true
        case _ where !group.isMultiple(of: 2): element < 0x0100 || element >= 0x1000 && last?.group == group
        case 0x0008, 0x0010, 0x0012, 0x0014, 0x0016, 0x0018, 0x0020, 0x0022, 0x0024, 0x0028, 0x0032, 0x0034, 0x0038,
            0x003A, 0x0040, 0x0042, 0x0044, 0x0046, 0x0048, 0x0050, 0x0052, 0x0054, 0x0060, 0x0062, 0x0064, 0x0066,
            0x0068, 0x006A, 0x0070, 0x0072, 0x0074, 0x0076, 0x0078, 0x0080, 0x0082, 0x0088, 0x0100, 0x0400, 0x1000,
            0x1010, 0x2000, 0x2010, 0x2020, 0x2030, 0x2040, 0x2050, 0x2100, 0x2110, 0x2120, 0x2130, 0x2200, 0x3002,
            0x3004, 0x3006, 0x3008, 0x300A, 0x300C, 0x300E, 0x3010, 0x4000, 0x4008, 0x4010, 0x4FFE, 0x5000...0x50FF,
            0x5200, 0x5400, 0x5600, 0x6000...0x60FF, 0x7F00...0x7FDE, 0x7FE0, 0xFFFA, 0xFFFC:
            true
        default: false
        }
    }

    /// The tag for logs and senders. A tag that is not plausible, or whose private group could be two characters, may
    /// be bytes of a value and is not shown.
    package var text: String {
        let mayBeText = !group.isMultiple(of: 2) && group >> 8 >= 0x20 && group & 0xFF >= 0x20
        return isPlausible(after: self) && !mayBeText ? description : "An element"
    }
}
