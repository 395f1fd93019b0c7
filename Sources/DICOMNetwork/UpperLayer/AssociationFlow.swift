// SPDX-License-Identifier: Apache-2.0

/// When an association's handler may go on with what it received, when it has to wait, and when it ends because it was
/// told to drain or because the peer ended its side of the connection.
///
/// A value without channels, clocks or futures. Methods are named after events; each returns what the handler has to do
/// now. Before each step the handler asks whether it is blocked.
struct AssociationFlow: Hashable, Sendable {
    /// What others know at the time of an event.
    struct Conditions: Hashable, Sendable {
        /// A message has begun and is not complete.
        var isInsideMessage = false
        /// False while the peer does not take our responses off its connection.
        var isWritable = true
        /// Responses that wait until a message of ours is sent.
        var heldResponses = 0
        /// A message of ours is being sent to the peer.
        var isNotifying = false
        /// The peer may have an answer for us.
        var awaitsAnswer = false
    }

    /// What the peer left to be decoded when it ended its side of the connection.
    struct Remainder: Hashable, Sendable {
        var isEmpty = true
        var hasAbort = false
        var hasEndOfDataSet = false
    }

    // MARK: Actions

    /// Whether something begins that may run only once.
    enum Start: Hashable {
        case begin
        case ignore
    }

    enum RequestAction: Hashable {
        /// Ask the application whether the association is accepted.
        case decide
        case rejectBecauseDraining
    }

    enum DeliveryAction: Hashable {
        /// The instance was given up while the delivery was going on.
        case ignore
        /// Go on. After the last fragment this names the operation to finish.
        case resume(finishing: OperationStateMachine.OperationID?)
    }

    enum TurnAction: Hashable {
        case goOn
        /// Let the event loop serve other connections, then call `turnCame`.
        case yield
    }

    enum ReadAction: Hashable {
        case read
        case hold
    }

    enum DrainAction: Hashable {
        case none
        /// Nothing was received on the connection.
        case close
        /// Ask the peer for release after the grace.
        case askForRelease(AssociationHandler.Drain)
    }

    enum InputEndAction: Hashable {
        case process
        case close
    }

    enum CloseAction: Hashable {
        case none
        /// Close as soon as everything written before is on its way.
        case close(AssociationEnd)
    }

    // MARK: State

    /// What the application is doing that the peer has to wait for.
    private enum Wait: Hashable {
        case nothing
        /// It decides whether the association is accepted.
        case decision
        /// It takes a fragment. The last fragment names the operation to finish.
        case delivery(finishing: OperationStateMachine.OperationID?)
    }

    private enum Draining: Hashable {
        case no
        case afterMessage(AssociationHandler.Drain)
        /// The association is idle: the peer may ask for release before we do.
        case releaseGrace(AssociationHandler.Drain)
    }

    private enum Connection: Hashable {
        case open
        /// The peer sends nothing more. `hasAnswered`: something was sent to it since.
        case inputEnded(hasAnswered: Bool)
        /// Closed by us after the peer ended its side, as soon as everything written is on its way.
        case closing
        case closed
    }

    /// The work of one turn, a few milliseconds at most. A PDV counts 1, and the end of a command `workOfMessage`. Few
    /// peers may have as many messages outstanding as one turn holds.
    private static let workInATurn = 512
    private static let workOfMessage = 16
    /// An A-ASSOCIATE-RQ longer than this many bytes is decoded in a turn of its own: the longest take some
    /// milliseconds.
    private static let longRequest = 16 << 10

    private var wait = Wait.nothing
    private var draining = Draining.no
    private var connection = Connection.open
    /// Operations received whole whose outcomes are not known yet.
    private var outstanding = 0
    /// The most of them at a time, as negotiated.
    private var maximumOperations = 1
    private var isProcessing = false
    /// Other connections have their turn.
    private var isPaused = false
    /// A long A-ASSOCIATE-RQ has waited for its turn.
    private var longRequestIsDue = false
    /// Work done in this turn.
    private var work = 0
    /// The pipeline asked for a read while we were blocked.
    private var readIsHeld = false

    // MARK: Queries

    /// Whether the peer has to wait: for the application, or until it takes our responses off its connection. While
    /// draining, also before it may begin another message.
    func isBlocked(_ conditions: Conditions) -> Bool {
        if wait != .nothing || isPaused || !conditions.isWritable { return true }
        if conditions.heldResponses >= maximumOperations { return true }
        if isDraining, !conditions.isInsideMessage { return outstanding > 0 }
        return outstanding >= maximumOperations
    }

    /// Whether the peer has a reason to be silent: it is blocked, or it is owed an answer and is not inside a message.
    func isWaitingForApplication(isInsideMessage: Bool) -> Bool {
        if wait != .nothing || isPaused || outstanding >= maximumOperations { return true }
        return !isInsideMessage && outstanding > 0
    }

    var isDraining: Bool { draining != .no }

    /// The drain that was requested; `nil` before.
    var drain: AssociationHandler.Drain? {
        switch draining {
        case .no: nil
        case .afterMessage(let drain), .releaseGrace(let drain): drain
        }
    }

    var hasOutstandingOperations: Bool { outstanding > 0 }

    var isClosed: Bool { connection == .closed }

    var inputHasEnded: Bool {
        switch connection {
        case .inputEnded, .closing: true
        case .open, .closed: false
        }
    }

    // MARK: The application

    mutating func requestReceived() -> RequestAction {
        guard !isDraining else { return .rejectBecauseDraining }
        wait = .decision
        return .decide
    }

    mutating func decisionMade() {
        wait = .nothing
    }

    mutating func associationAccepted(maximumOperations: Int) {
        self.maximumOperations = maximumOperations
    }

    mutating func deliveryBegan(finishing id: OperationStateMachine.OperationID?) {
        wait = .delivery(finishing: id)
    }

    mutating func deliveryEnded() -> DeliveryAction {
        guard case .delivery(let id) = wait else { return .ignore }
        wait = .nothing
        return .resume(finishing: id)
    }

    /// The instance that was being received is given up.
    mutating func receptionCancelled() {
        wait = .nothing
    }

    /// The last fragment of a data set was taken: its outcome is outstanding.
    mutating func operationFinishing() {
        outstanding += 1
    }

    mutating func outcomeKnown() {
        outstanding -= 1
    }

    // MARK: Processing and reading

    /// A future that is already complete calls back into the handler: the loop that is already running then just goes
    /// on.
    mutating func processingRequested() -> Start {
        guard !isProcessing else { return .ignore }
        isProcessing = true
        work = 0
        return .begin
    }

    mutating func processingEnded() {
        isProcessing = false
    }

    mutating func valueProcessed(endsCommand: Bool) -> TurnAction {
        work += endsCommand ? Self.workOfMessage : 1
        return work >= Self.workInATurn ? yield() : .goOn
    }

    /// `bytes` of an A-ASSOCIATE-RQ wait to be decoded. `isWhole` is asked for a long request only.
    mutating func requestBuffered(bytes: Int, isWhole: @autoclosure () -> Bool) -> TurnAction {
        guard !longRequestIsDue, bytes > Self.longRequest, isWhole() else { return .goOn }
        longRequestIsDue = true
        return yield()
    }

    mutating func turnCame() {
        isPaused = false
    }

    private mutating func yield() -> TurnAction {
        work = 0
        isPaused = true
        return .yield
    }

    mutating func readRequested(_ conditions: Conditions) -> ReadAction {
        guard isBlocked(conditions) else { return .read }
        readIsHeld = true
        return .hold
    }

    /// Asked whenever we may no longer be blocked: whether a held read is due.
    mutating func checkHeldRead(_ conditions: @autoclosure () -> Conditions) -> ReadAction {
        guard readIsHeld, !isBlocked(conditions()) else { return .hold }
        readIsHeld = false
        return .read
    }

    // MARK: Draining

    mutating func drainRequested(_ drain: AssociationHandler.Drain) -> Start {
        guard !isDraining else { return .ignore }
        draining = .afterMessage(drain)
        return .begin
    }

    /// Asked whenever the association may have become idle.
    mutating func checkDrain(
        in state: AssociationStateMachine.State, receivedAnything: Bool,
        _ conditions: @autoclosure () -> Conditions
    ) -> DrainAction {
        guard case .afterMessage(let drain) = draining else { return .none }
        let conditions = conditions()
        switch state {
        case .sta2 where !receivedAnything:
            return .close
        case .sta6
        where !isBlocked(conditions) && !conditions.isInsideMessage && !conditions.isNotifying
            && !conditions.awaitsAnswer:
            draining = .releaseGrace(drain)
            return .askForRelease(drain)
        case .sta1, .sta2, .sta3, .sta6, .sta7, .sta8, .sta10, .sta12, .sta13:
            return .none
        }
    }

    // MARK: The connection's end

    /// The peer ended its side of the connection. If the application is at work and its result would be of no use, the
    /// connection is closed at once: the peer left an A-ABORT, or it died before the end of a data set, which holds
    /// memory others need.
    mutating func inputEnded(
        isInsideMessage: Bool, leaving remainder: @autoclosure () -> Remainder
    ) -> InputEndAction {
        if connection == .open { connection = .inputEnded(hasAnswered: false) }
        guard isWaitingForApplication(isInsideMessage: isInsideMessage) else { return .process }
        let remainder = remainder()
        guard !remainder.hasAbort else { return .close }
        switch wait {
        // The decoder takes no message before the association is accepted.
        case .decision: return remainder.isEmpty ? .close : .process
        case .delivery(finishing: nil): return remainder.hasEndOfDataSet || outstanding > 0 ? .process : .close
        case .nothing, .delivery: return .process
        }
    }

    mutating func answerSent() {
        if case .inputEnded = connection { connection = .inputEnded(hasAnswered: true) }
    }

    /// Asked whenever everything received may have been answered.
    mutating func checkInputEnd(_ conditions: @autoclosure () -> Conditions) -> CloseAction {
        guard case .inputEnded(let hasAnswered) = connection, outstanding == 0, !isBlocked(conditions()) else {
            return .none
        }
        connection = .closing
        return .close(hasAnswered ? .halfClosed : .connectionLost)
    }

    mutating func connectionClosed() {
        connection = .closed
    }
}
