import Glibc
import NIOCore

/// How much a peer may send before any of it was read.
enum ReceiveWindow {
    /// What a connection begins with: most images, where Linux begins with an eighth of it.
    private static let initialSize: SocketOptionValue = 512 << 10

    /// Lets the connections of a listener that is not bound yet begin with a large window.
    ///
    /// `SO_RCVBUF` would do that too, but fix the window and cap it at `net.core.rmem_max`: a distant peer needs the
    /// kernel to enlarge it. To ask that so much be there before a read wakes anybody (`SO_RCVLOWAT`) enlarges the buffer, which
    /// stays large when the demand is taken back. Older kernels also clamp the window to it, which is taken back likewise.
    ///
    /// A kernel that refuses has its own size.
    static func enlarge(for listener: any Channel) {
        guard let options = listener.syncOptions else { return }
        let lowWaterMark = ChannelOptions.socketOption(.init(rawValue: SO_RCVLOWAT))
        try? options.setOption(lowWaterMark, value: initialSize)
        try? options.setOption(.tcpOption(.init(rawValue: TCP_WINDOW_CLAMP)), value: 0)
        try? options.setOption(lowWaterMark, value: 1)
    }
}
