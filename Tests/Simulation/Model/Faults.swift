// SPDX-License-Identifier: Apache-2.0

import SeededRandom

/// Probabilities of the faults in a run. Each seed has its own: a run in which everything fails hides mistakes that a
/// run with one kind of fault shows.
struct Faults {
    /// A request is answered with an error, or its caller gives up. The service may carry it out all the same.
    var requestFails = 0.0
    /// A request is carried out twice, because its caller or the network repeated it. The caller sees one of the
    /// answers.
    var requestDoubled = 0.0
    /// A request reaches its service, or is answered, much later.
    var requestSlow = 0.0
    var eventLost = 0.0
    var eventDoubled = 0.0
    var eventSlow = 0.0
    /// A receiver dies. The others shut down in an orderly way.
    var receiverDies = 0.0
    /// A receiver freezes, or its machine is paused.
    var receiverFreezes = 0.0
    var receiverPauses = 0.0
    var functionFreezes = 0.0
    var functionPauses = 0.0
    /// A function is killed at some await.
    var functionDies = 0.0
    /// A call that starts an import job is throttled, or fails.
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
