// SPDX-License-Identifier: Apache-2.0

import Glibc
import NIOCore

/// How much a peer may send before we have read any of it.
enum ReceiveWindow {
    /// The window of a new connection: enough for most images. Linux's default is an eighth of it.
    private static let initialSize: SocketOptionValue = 512 << 10

    /// Gives connections of a listener a large initial window. Must be called before the listener is bound.
    ///
    /// `SO_RCVBUF` would also fix the window's size and cap it at `net.core.rmem_max`, but for a distant peer the
    /// kernel has to be able to enlarge it. `SO_RCVLOWAT` (wake a reader only when this many bytes are there) enlarges
    /// the buffer too, and the buffer stays large after the option is reset. Older kernels then also clamp the window;
    /// that is reset as well.
    ///
    /// If the kernel refuses, its default size is used.
    static func enlarge(for listener: any Channel) {
        guard let options = listener.syncOptions else { return }
        let lowWaterMark = ChannelOptions.socketOption(.init(rawValue: SO_RCVLOWAT))
        try? options.setOption(lowWaterMark, value: initialSize)
        try? options.setOption(.tcpOption(.init(rawValue: TCP_WINDOW_CLAMP)), value: 0)
        try? options.setOption(lowWaterMark, value: 1)
    }
}
