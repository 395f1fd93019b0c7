// SPDX-License-Identifier: Apache-2.0

/// TriggerImport handles S3's events, one for each manifest that is written.
extension Successors {
    func addEvents() {
        for number in 0..<rules.instances {
            if state.halfDone.contains(number: number) {
                addSecondHalf(number)
            } else if state.events.contains(number: number) {
                addFirstHalf(number)
                if rules.eventsAreLost {
                    mishap("S3's event of manifest # is LOST", number) { $0.events.remove(number: number) }
                }
            }
        }
    }

    private func addFirstHalf(_ number: Int) {
        // The event of a further manifest only starts an execution. The marker belongs to the first manifest, whose
        // execution may not have started yet.
        guard number == 0 || rules.has(.furtherManifestsRemoveMarker) else {
            return step("TriggerImport starts the execution, for the event of manifest #", number) {
                $0.startExecution(number)
                $0.events.remove(number: number)
            }
        }
        if rules.has(.markerRemovedBeforeExecution) {
            step("TriggerImport removes the marker, for the event of manifest #", number) {
                $0.marker = false
                $0.halfDone.insert(number: number)
            }
        } else {
            step("TriggerImport starts the execution, for the event of manifest #", number) {
                $0.startExecution(number)
                $0.halfDone.insert(number: number)
            }
        }
    }

    private func addSecondHalf(_ number: Int) {
        let startIsDue = rules.has(.markerRemovedBeforeExecution)
        func finish(_ state: inout State) {
            state.halfDone.remove(number: number)
            if startIsDue { state.startExecution(number) } else { state.marker = false }
        }
        step("TriggerImport makes its second step, removal or start, for manifest #", number) {
            finish(&$0)
            $0.events.remove(number: number)
        }
        if rules.eventsAreDoubled {
            mishap("TriggerImport makes its second step, and the event is delivered AGAIN, for manifest #", number) {
                finish(&$0)
            }
        }
        // The queue delivers the event again.
        mishap("TriggerImport is KILLED between its two steps, for manifest #", number) {
            $0.halfDone.remove(number: number)
        }
    }
}
