// SPDX-License-Identifier: Apache-2.0

/// The service class and the more general SOP classes of a SOP class, for acceptors that do not know the class.
///
/// An acceptor never returns it. PS3.7 §D.3.3.6.
package struct SOPClassCommonExtendedNegotiation: Hashable, Sendable {
    package var sopClassUID: String
    package var serviceClassUID: String
    package var relatedGeneralSOPClassUIDs: [String]

    package init(sopClassUID: String, serviceClassUID: String, relatedGeneralSOPClassUIDs: [String]) {
        self.sopClassUID = sopClassUID
        self.serviceClassUID = serviceClassUID
        self.relatedGeneralSOPClassUIDs = relatedGeneralSOPClassUIDs
    }
}
