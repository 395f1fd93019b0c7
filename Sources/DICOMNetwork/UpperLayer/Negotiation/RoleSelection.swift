// SPDX-License-Identifier: Apache-2.0

/// Which roles the association's requestor asks for, or is granted, for a SOP class. PS3.7 §D.3.3.4.
package struct RoleSelection: Hashable, Sendable {
    package var sopClassUID: String
    package var isSCU: Bool
    package var isSCP: Bool

    package init(sopClassUID: String, isSCU: Bool, isSCP: Bool) {
        self.sopClassUID = sopClassUID
        self.isSCU = isSCU
        self.isSCP = isSCP
    }
}
