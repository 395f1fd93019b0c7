import SeededRandom

/// What goes wrong in a run, and how often. Each seed has its own: a run in which everything fails hides what a run with one kind
/// of fault shows.
struct Faults {
    /// Of requests: the answer is an error, or the caller gives up, and S3 carries it out all the same or not.
    var requestFails = 0.0
    /// A request is carried out twice: the caller sent it again and sees the second answer, or the network doubled it.
    var requestDoubled = 0.0
    /// Of requests: they land, or are answered, much later.
    var requestSlow = 0.0
    var eventLost = 0.0
    var eventDoubled = 0.0
    var eventSlow = 0.0
    /// Of receivers that die; the others end in order.
    var receiverDies = 0.0
    /// Of receivers that freeze, and of those whose machine is paused.
    var receiverFreezes = 0.0
    var receiverPauses = 0.0
    var functionFreezes = 0.0
    var functionPauses = 0.0
    /// Of functions that are killed, at some await.
    var functionDies = 0.0
    /// Of calls that start a job: HealthImaging is too busy; it fails.
    var startThrottled = 0.0
    var startFails = 0.0
    /// The sender does not hear that its instance was stored.
    var answerLost = 0.0

    static let none = Faults()

    init() {}

    init(using random: inout SplitMix64) {
        func rate(_ highest: Double) -> Double {
            Bool.random(using: &random) ? 0 : Double.random(in: 0...highest, using: &random)
        }
        requestFails = rate(0.2)
        requestDoubled = rate(0.2)
        requestSlow = rate(0.2)
        eventLost = rate(0.8)
        eventDoubled = rate(0.5)
        eventSlow = rate(0.5)
        receiverDies = rate(1)
        receiverFreezes = rate(1)
        receiverPauses = rate(1)
        functionFreezes = rate(1)
        functionPauses = rate(1)
        functionDies = rate(0.6)
        answerLost = rate(0.2)
        startThrottled = rate(0.6)
        startFails = rate(0.3)
    }
}
