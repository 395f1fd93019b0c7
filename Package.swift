// swift-tools-version: 6.2
// SPDX-License-Identifier: Apache-2.0

import PackageDescription

let settings: [SwiftSetting] = [.treatAllWarnings(as: .error), .enableUpcomingFeature("ExistentialAny")]
/// For code that the functions run once for each import: it has no hot path, and the size of the functions' zips matters.
let small = settings + [.unsafeFlags(["-Osize"], .when(configuration: .release))]

let package = Package(
    name: "dicom-store-scp",
    products: [
        // scripts/fuzz links this with libFuzzer.
        .library(name: "FuzzTargets", type: .static, targets: ["FuzzTargets"]),
        .executable(name: "dicomstore", targets: ["DICOMStore"]),
    ],
    dependencies: [
        // The first four are dependencies of the others. They are named here so that their versions are fixed, too.
        .package(url: "https://github.com/apple/swift-async-algorithms", exact: "1.1.4"),
        .package(url: "https://github.com/apple/swift-atomics", exact: "1.3.0"),
        .package(url: "https://github.com/apple/swift-collections", exact: "1.6.0"),
        .package(url: "https://github.com/apple/swift-system", exact: "1.8.1"),
        .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
        .package(url: "https://github.com/apple/swift-log", exact: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio", exact: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", exact: "2.37.6"),
        .package(url: "https://github.com/jpsim/Yams", exact: "6.2.2"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", exact: "2.13.0"),
    ],
    targets: [
        .systemLibrary(
            name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
        .systemLibrary(
            name: "CCrypto", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        .systemLibrary(name: "CISAL", pkgConfig: "libisal", providers: [.apt(["libisal-dev"])]),
        .systemLibrary(name: "CEpoll"),
        .systemLibrary(name: "CMalloc"),

        .target(name: "ByteComparison", swiftSettings: settings),
        .target(name: "Digests", dependencies: ["CCrypto", "CISAL"], swiftSettings: settings),
        .target(name: "HTTP", dependencies: ["CCurl", "CCrypto", "CEpoll"], swiftSettings: settings),
        .target(
            name: "StructuredLog", dependencies: [.product(name: "Logging", package: "swift-log")],
            swiftSettings: settings),
        .target(
            name: "LambdaRuntime", dependencies: ["ByteComparison", "HTTP", "CCurl", "StructuredLog"],
            path: "Sources/Runtime",
            swiftSettings: settings,
            linkerSettings: [.unsafeFlags(["-Xlinker", "--wrap=_swift_stdlib_getScalarName"])]),
        .target(
            name: "AWS", dependencies: ["ByteComparison", "Digests", "HTTP", "StructuredLog"],
            swiftSettings: settings),
        .target(name: "DICOM", dependencies: ["ByteComparison", "CZlib"], swiftSettings: settings),
        .target(
            name: "ImportPipeline", dependencies: ["ByteComparison", "AWS", "Digests", "DICOM", "StructuredLog"],
            swiftSettings: small),
        .target(
            name: "DICOMNetwork",
            dependencies: ["DICOM", .product(name: "NIOCore", package: "swift-nio")],
            swiftSettings: settings),

        .executableTarget(
            name: "TriggerImport",
            dependencies: ["ImportIntake", "LambdaRuntime", "AWS", "ImportPipeline", "StructuredLog"],
            swiftSettings: small),
        .target(
            name: "ImportIntake", dependencies: ["ByteComparison", "AWS", "ImportPipeline", "StructuredLog", "DICOM"],
            swiftSettings: small),
        .executableTarget(
            name: "StartImportJob",
            dependencies: ["StartQueue", "LambdaRuntime", "AWS", "ImportPipeline", "StructuredLog"],
            swiftSettings: small),
        .target(
            name: "StartQueue", dependencies: ["AWS", "ImportPipeline", "StructuredLog"],
            swiftSettings: small),
        .executableTarget(
            name: "CheckStatus",
            dependencies: ["ByteComparison", "LambdaRuntime", "AWS", "ImportPipeline", "StructuredLog"],
            swiftSettings: small),
        .executableTarget(
            name: "StoreSCP",
            dependencies: ["StorageSCP", .product(name: "ArgumentParser", package: "swift-argument-parser")],
            swiftSettings: settings),
        .target(
            name: "StorageSCP",
            dependencies: [
                "AssociationRequestor", "ByteComparison", "AWS", "AWSCredentials", "Commitment", "Digests",
                "HealthPort", "HTTP", "ImportPipeline", "DICOM", "DICOMNetwork", "StructuredLog", "CEpoll", "CMalloc",
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOTLS", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ],
            swiftSettings: settings),

        .target(
            name: "HealthPort",
            dependencies: [
                .product(name: "NIOCore", package: "swift-nio"), .product(name: "NIOHTTP1", package: "swift-nio"),
            ],
            swiftSettings: settings),
        .target(
            name: "Commitment",
            dependencies: [
                "AWS", "AWSManagement", "ByteComparison", "DICOM", "DICOMNetwork", "Digests", "HTTP", "ImportPipeline",
                "StructuredLog",
                .product(name: "HeapModule", package: "swift-collections"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
            ],
            swiftSettings: settings),

        // The command for people.
        .executableTarget(
            name: "DICOMStore",
            dependencies: [
                "AssociationRequestor", "Console", "DICOMNetwork", "ImportPipeline", "Inspection", "StorageSCU",
                "StructuredLog",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ],
            swiftSettings: settings),
        // Operations that the functions do not call, so that their zips do not hold them.
        .target(
            name: "AWSManagement", dependencies: ["AWS", "HTTP"], swiftSettings: settings),
        .target(
            name: "Inspection",
            dependencies: [
                "ByteComparison", "AWS", "AWSCredentials", "AWSManagement", "HTTP", "ImportPipeline", "DICOM",
                "StructuredLog",
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: settings),
        .target(
            name: "StorageSCU", dependencies: ["AssociationRequestor", "DICOM", "DICOMNetwork"],
            swiftSettings: settings),
        .target(
            name: "AssociationRequestor",
            dependencies: [
                "DICOMNetwork",
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
            ],
            swiftSettings: settings),
        .target(
            name: "Console",
            dependencies: [
                "ByteComparison", "CZlib", "DICOM", "Inspection",
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ],
            resources: [.embedInCode("Page")],
            swiftSettings: settings),

        // The functions do not link this: their credentials are in their environment.
        .target(
            name: "AWSCredentials",
            dependencies: ["AWS", "Digests", "HTTP", .product(name: "Logging", package: "swift-log")],
            swiftSettings: settings),

        .target(
            name: "TestLog", dependencies: ["StructuredLog"], path: "Tests/TestLog", swiftSettings: settings),
        .target(
            name: "LoopbackHTTP",
            dependencies: [
                "AWS", "HTTP", "TestLog",
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ],
            path: "Tests/LoopbackHTTP", swiftSettings: settings),
        .target(name: "ForeignPrograms", path: "Tests/ForeignPrograms", swiftSettings: settings),
        .target(name: "Eventually", path: "Tests/Eventually", swiftSettings: settings),
        .target(name: "SeededRandom", path: "Tests/SeededRandom", swiftSettings: settings),
        .target(
            name: "DamagedInput", dependencies: ["SeededRandom"], path: "Tests/DamagedInput", swiftSettings: settings),
        .target(
            name: "FuzzTargets",
            dependencies: [
                "AWS", "Commitment", "ImportPipeline", "DICOM", "DICOMNetwork",
                .product(name: "NIOEmbedded", package: "swift-nio"),
            ],
            path: "Tests/FuzzTargets", exclude: ["Inputs"], swiftSettings: settings),
        .executableTarget(name: "DeliveryModel", path: "Tests/DeliveryModel", swiftSettings: settings),
        .testTarget(name: "DigestsTests", dependencies: ["Digests"], swiftSettings: settings),
        .testTarget(
            name: "DICOMTests", dependencies: ["DICOM", "CZlib", "DamagedInput", "SeededRandom"],
            swiftSettings: settings),
        .testTarget(
            name: "DICOMNetworkTests",
            dependencies: [
                "DICOMNetwork", "DamagedInput", "ForeignPrograms", "FuzzTargets", "SeededRandom",
                .product(name: "NIOEmbedded", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOTestUtils", package: "swift-nio"),
            ],
            swiftSettings: settings),
        .testTarget(
            name: "AWSTests", dependencies: ["AWS", "Digests", "HTTP", "LoopbackHTTP", "StructuredLog", "TestLog"],
            resources: [.copy("Fixtures")], swiftSettings: settings),
        .testTarget(
            name: "AWSCredentialsTests", dependencies: ["AWS", "AWSCredentials", "Eventually", "HTTP", "LoopbackHTTP"],
            resources: [.copy("Fixtures")], swiftSettings: settings),
        .testTarget(
            name: "HTTPTests", dependencies: ["AWS", "HTTP", "LoopbackHTTP", "StructuredLog"], swiftSettings: settings),
        .testTarget(name: "StructuredLogTests", dependencies: ["StructuredLog", "TestLog"], swiftSettings: settings),
        .executableTarget(
            name: "SampleFunction", dependencies: ["LambdaRuntime", "StructuredLog"], path: "Tests/SampleFunction",
            swiftSettings: settings),
        .testTarget(
            name: "LambdaRuntimeTests",
            dependencies: ["LambdaRuntime", "SampleFunction", "HTTP", "StructuredLog", "TestLog"],
            swiftSettings: settings),
        .target(
            name: "SampleDocuments", dependencies: ["ImportPipeline"], path: "Tests/SampleDocuments",
            swiftSettings: settings),
        .testTarget(
            name: "ImportPipelineTests",
            dependencies: [
                "AWS", "ForeignPrograms", "HTTP", "ImportPipeline", "LoopbackHTTP", "SampleDocuments", "SeededRandom",
                "TestLog",
            ],
            exclude: ["Fixtures"],
            swiftSettings: settings),
        .testTarget(
            name: "ImportIntakeTests",
            dependencies: [
                "AWS", "ByteComparison", "ImportIntake", "ImportPipeline", "SampleDocuments", "StructuredLog",
                "TestLog",
            ],
            swiftSettings: settings),
        .testTarget(
            name: "StartQueueTests",
            dependencies: [
                "AWS", "HTTP", "ImportPipeline", "SampleDocuments", "StartQueue", "StructuredLog", "TestLog",
            ],
            swiftSettings: settings),
        .testTarget(
            name: "CheckStatusTests",
            dependencies: [
                "AWS", "ByteComparison", "CheckStatus", "Digests", "ImportPipeline", "LambdaRuntime", "LoopbackHTTP",
                "SampleDocuments", "StructuredLog", "TestLog",
            ],
            swiftSettings: settings),
        .testTarget(
            name: "CommitmentTests",
            dependencies: [
                "AWS", "Commitment", "DICOM", "DICOMNetwork", "Eventually", "HTTP", "ImportPipeline", "LoopbackHTTP",
                "SeededRandom", "StructuredLog", "TestLog",
            ],
            swiftSettings: settings),
        .testTarget(
            name: "StorageSCPTests",
            dependencies: [
                "AssociationRequestor", "StorageSCP", "AWS", "Commitment", "DICOM", "Digests", "Eventually",
                "ForeignPrograms", "HTTP", "ImportPipeline", "LoopbackHTTP", "TestLog",
                .product(name: "NIOEmbedded", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
            ],
            swiftSettings: settings),
        .testTarget(
            name: "HealthPortTests",
            dependencies: ["HealthPort", .product(name: "NIOEmbedded", package: "swift-nio")],
            swiftSettings: settings),
        .executableTarget(
            name: "SampleConsole",
            dependencies: [
                "Console", "Inspection", "SeededRandom",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ],
            path: "Tests/SampleConsole", swiftSettings: settings),
        .testTarget(
            name: "ConsoleTests",
            dependencies: [
                "Console", "CZlib", "Eventually", "Inspection",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ],
            swiftSettings: settings),
        .testTarget(
            name: "StorageSCUTests",
            dependencies: [
                "AssociationRequestor", "StorageSCU", "DICOM", "DICOMNetwork", "Eventually",
                .product(name: "NIOPosix", package: "swift-nio"),
            ],
            swiftSettings: settings),
        .testTarget(
            name: "InspectionTests",
            dependencies: [
                "AWS", "AWSManagement", "DICOMStore", "HTTP", "ImportPipeline", "Inspection", "LoopbackHTTP",
            ],
            swiftSettings: settings),
        .testTarget(
            name: "DocumentationTests",
            dependencies: [
                "AssociationRequestor", "Commitment", "DICOM", "DICOMNetwork", "ImportPipeline", "StorageSCP",
                "StorageSCU",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
            ],
            swiftSettings: settings),

        .executableTarget(
            name: "Simulation",
            dependencies: [
                "StorageSCP", "ImportIntake", "StartQueue", "ImportPipeline", "DICOM", "DICOMNetwork", "AWS", "Digests",
                "SeededRandom",
                .product(name: "HeapModule", package: "swift-collections"),
                .product(name: "NIOEmbedded", package: "swift-nio"),
            ],
            path: "Tests/Simulation", swiftSettings: settings),

        .executableTarget(
            name: "S3EventFunction", dependencies: ["LambdaRuntime"], path: "Benchmarks/Runtime/S3EventFunction",
            swiftSettings: settings),
        .executableTarget(
            name: "DiscardingStoreSCP",
            dependencies: [
                "DICOMNetwork", "Digests", "StorageSCP", .product(name: "NIOCore", package: "swift-nio"),
            ],
            path: "Benchmarks/StoreSCP/DiscardingReceiver", swiftSettings: settings),
        .executableTarget(
            name: "SCPBenchmark", dependencies: ["CZlib"], path: "Benchmarks/StoreSCP/SCPBenchmark",
            swiftSettings: settings),
        .target(
            name: "PipelineSimulation",
            dependencies: [
                "ImportPipeline", "SeededRandom", "StartQueue", "StorageSCP",
                .product(name: "HeapModule", package: "swift-collections"), .product(name: "Yams", package: "Yams"),
            ],
            path: "Benchmarks/Pipeline/PipelineSimulation", swiftSettings: settings),
        .testTarget(
            name: "PipelineSimulationTests", dependencies: ["PipelineSimulation", "ImportPipeline", "StorageSCP"],
            swiftSettings: settings),
        .executableTarget(
            name: "PipelineBenchmark", dependencies: ["PipelineSimulation", "ImportPipeline"],
            path: "Benchmarks/Pipeline/PipelineBenchmark", swiftSettings: settings),
        .executableTarget(
            name: "RuntimeBenchmark", path: "Benchmarks/Runtime/RuntimeBenchmark", swiftSettings: settings),
    ],
    swiftLanguageModes: [.v6]
)

/// The targets of this package that one of them depends on itself.
@MainActor func dependencies(of target: Target) -> [Target] {
    target.dependencies.flatMap { dependency in
        guard case .byNameItem(let name, _) = dependency else { return [Target]() }
        return package.targets.filter { $0.name == name }
    }
}

/// Removes all targets but these and those that they depend on.
@MainActor func keepOnly(_ wanted: [Target]) {
    var kept: Set<String> = []
    var next = wanted
    while let target = next.popLast() {
        if kept.insert(target.name).inserted { next += dependencies(of: target) }
    }
    package.targets.removeAll { !kept.contains($0.name) }
}

// The build for the thread sanitizer contains only the tests that use several threads: see `make test-race`.
if Context.environment["ONLY_RACE_TESTS"] != nil {
    keepOnly(package.targets.filter { $0.name == "StorageSCPTests" })
    package.products = []
}

// scripts/build-static builds only these executables, all at once, and what one target more depends on. The linker writes
// what it took from static libraries into a file for each executable.
if let names = Context.environment["ONLY_EXECUTABLES"], let folder = Context.environment["LINKER_RECORDS"] {
    let names = Set(names.split(separator: " ").map(String.init))
    package.products.removeAll { !names.contains($0.name) }
    let named = package.products.compactMap { $0 as? Product.Executable }
    var executables = Dictionary(uniqueKeysWithValues: named.map { ($0.targets[0], $0.name) })
    for target in package.targets where names.contains(target.name) { executables[target.name] = target.name }
    let ahead = package.targets.filter { $0.name == Context.environment["AHEAD_OF"] }
    keepOnly(package.targets.filter { executables[$0.name] != nil } + ahead.flatMap(dependencies(of:)))
    for target in package.targets {
        guard let name = executables[target.name] else { continue }
        target.linkerSettings =
            (target.linkerSettings ?? []) + [
                .unsafeFlags(["-Xlinker", "--print-archive-stats=\(folder)/\(name).archives"])
            ]
    }
}
