// SPDX-License-Identifier: Apache-2.0

import AssociationRequestor

extension CommitmentTLS {
    /// Reads the files, and blocks until the disk has answered: a renewed certificate is used from the next association
    /// on.
    func client(for peer: CommitmentPeer) throws -> ClientTLS {
        let roots = try authorities.map { source throws(TLSLoadingError) in try TLSCredentials.certificates(source) }
        let chain = try certificate.map { source throws(TLSLoadingError) in try TLSCredentials.certificates(source) }
        let key = try privateKey.map { source throws(TLSLoadingError) in try TLSCredentials.privateKey(source) }
        do {
            return try ClientTLS(
                authorities: roots, chain: chain ?? [], privateKey: key, serverName: peer.serverName)
        } catch {
            throw privateKey?.unusable(TLSCredentials.unsuitableKey) ?? error
        }
    }
}
