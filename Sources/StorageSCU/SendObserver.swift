// SPDX-License-Identifier: Apache-2.0

/// Is told what happens while files are sent. Called from several tasks at once.
package protocol SendObserver: Sendable {
    func fileEnded(_ result: FileResult)
    /// Bytes of data sets that are on their way; those of a file that is sent again count again.
    func sent(bytes: Int)
    /// An association was lost or could not be opened; the next attempt begins after the delay.
    func willRetry(after delay: Duration, because reason: String)
}
