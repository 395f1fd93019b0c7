// SPDX-License-Identifier: Apache-2.0

/// Manifests and the executions that they start.
extension State {
    /// The instances that manifests list.
    private var inManifests: InstanceSet { manifests[0].union(manifests[1]).union(manifests[2]) }

    /// The first number that no manifest has.
    var freeNumber: Int { manifests.indices.first { manifests[$0].isEmpty } ?? manifests.count }

    /// S3 receives a manifest and creates it, or refuses it because a manifest with its number exists.
    mutating func put(_ manifest: NumberedManifest, rules: Rules) {
        let number = Int(manifest.number)
        guard manifests[number].isEmpty || rules.has(.manifestsOverwrite) else { return }
        manifests[number] = manifest.instances
        events.insert(number: number)
    }

    /// The manifest that remains to be written for these instances, after a comparison with the existing manifests:
    /// what they lack, under the next number. `nil` if they lack nothing. Manifests do not change, so that it makes no
    /// difference when each of them is compared.
    func missingManifest(of wanted: InstanceSet, rules: Rules) -> NumberedManifest? {
        if rules.has(.manifestsOverwrite), !wanted.isEmpty { return NumberedManifest(number: 0, instances: wanted) }
        let missing = wanted.subtracting(inManifests)
        return missing.isEmpty ? nil : NumberedManifest(number: UInt8(freeNumber), instances: missing)
    }

    /// An execution is named after its manifest: it starts once, with what the manifest lists at that time.
    mutating func startExecution(_ number: Int) {
        guard !manifests[number].isEmpty, !executions.contains(number: number) else { return }
        executions.insert(number: number)
        imported.formUnion(manifests[number])
    }

    mutating func startAllExecutions() {
        for number in 0..<freeNumber { startExecution(number) }
    }
}
