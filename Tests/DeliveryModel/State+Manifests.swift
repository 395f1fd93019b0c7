/// Manifests and the executions that they start.
extension State {
    /// What any manifest lists.
    private var inManifests: InstanceSet { manifests[0].union(manifests[1]).union(manifests[2]) }

    /// The first number that no manifest has.
    var freeNumber: Int { manifests.indices.first { manifests[$0].isEmpty } ?? manifests.count }

    /// S3 takes a manifest: creates it, or refuses it because there is one of that number.
    mutating func put(_ manifest: NumberedManifest, rules: Rules) {
        let number = Int(manifest.number)
        guard manifests[number].isEmpty || rules.has(.manifestsOverwrite) else { return }
        manifests[number] = manifest.instances
        events.insert(number: number)
    }

    /// What writing a manifest of these comes to: each number that is taken is compared, what they lack gets the next one.
    /// Manifests do not change, so that it makes no difference when each was compared. nil: they lack nothing.
    func missingManifest(of wanted: InstanceSet, rules: Rules) -> NumberedManifest? {
        if rules.has(.manifestsOverwrite), !wanted.isEmpty { return NumberedManifest(number: 0, instances: wanted) }
        let missing = wanted.subtracting(inManifests)
        return missing.isEmpty ? nil : NumberedManifest(number: UInt8(freeNumber), instances: missing)
    }

    /// An execution has its manifest's name: it starts once, with what the manifest lists then.
    mutating func startExecution(_ number: Int) {
        guard !manifests[number].isEmpty, !executions.contains(number: number) else { return }
        executions.insert(number: number)
        imported.formUnion(manifests[number])
    }

    mutating func startAllExecutions() {
        for number in 0..<freeNumber { startExecution(number) }
    }
}
