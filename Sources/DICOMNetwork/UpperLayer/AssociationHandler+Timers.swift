// SPDX-License-Identifier: Apache-2.0

import NIOCore

/// Timers: ARTIM, and the watchdog for a silent peer.
extension AssociationHandler {
    var now: NIODeadline { eventLoop?.now ?? record.opened }

    var isInsideMessage: Bool { operations?.isInsideMessage == true }

    func startARTIM() {
        stopARTIM()
        let delay = min(timeouts.artim, flow.drain?.closeGrace ?? timeouts.artim)
        artim = eventLoop?.assumeIsolated().scheduleTask(in: delay) {
            self.artim = nil
            self.record.note(.timedOut(.artim))
            self.perform(self.machine.timerExpired())
        }
    }

    func stopARTIM() {
        artim?.cancel()
        artim = nil
    }

    func noteWait() {
        watchdog?.noteWait(isWaitingForApplication, at: now)
    }

    func watch() {
        guard machine.state == .sta6, let watchdog else { return }
        switch watchdog.check(at: now, isInsideMessage: isInsideMessage) {
        case .askAgain(let delay):
            nextWatch = eventLoop?.assumeIsolated().scheduleTask(in: delay) { self.watch() }
        case .expired(let timeout):
            record.note(.timedOut(timeout))
            perform(machine.abortRequested())
        }
    }
}
