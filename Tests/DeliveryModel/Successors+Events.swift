/// TriggerImport on S3's events, one for each manifest that is written.
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
        // Of a further manifest the execution is all: the marker tells of the first one, which may not have started yet.
        guard number == 0 || rules.has(.furtherManifestsRemoveMarker) else {
            return step("TriggerImport starts the execution, by the event of manifest #", number) {
                $0.startExecution(number)
                $0.events.remove(number: number)
            }
        }
        if rules.has(.markerRemovedBeforeExecution) {
            step("TriggerImport removes the marker, by the event of manifest #", number) {
                $0.marker = false
                $0.halfDone.insert(number: number)
            }
        } else {
            step("TriggerImport starts the execution, by the event of manifest #", number) {
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
        step("TriggerImport does the other half, removal or start, for manifest #", number) {
            finish(&$0)
            $0.events.remove(number: number)
        }
        if rules.eventsAreDoubled {
            mishap("TriggerImport does the other half, and the event comes AGAIN, of manifest #", number) {
                finish(&$0)
            }
        }
        // The queue shows the event again.
        mishap("TriggerImport is KILLED between start and removal, for manifest #", number) {
            $0.halfDone.remove(number: number)
        }
    }
}
