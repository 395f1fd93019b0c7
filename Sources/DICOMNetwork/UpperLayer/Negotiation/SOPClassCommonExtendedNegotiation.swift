/// The service class and the more general SOP classes that a SOP class belongs to; for those who do not know it.
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
