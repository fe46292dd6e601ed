// swift-tools-version: 6.2
import PackageDescription

/// The settings of every target of ours: Swift 6 mode comes from the tools version.
let settings: [SwiftSetting] = [
    .strictMemorySafety(),
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
]

let argumentParser = Target.Dependency.product(
    name: "ArgumentParser",
    package: "swift-argument-parser"
)
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let http: [Target.Dependency] = [
    .product(name: "HTTPTypes", package: "swift-http-types"),
    .product(name: "HummingbirdCore", package: "hummingbird"),
    .product(name: "NIOCore", package: "swift-nio"),
    .product(name: "NIOPosix", package: "swift-nio"),
]

let package = Package(
    name: "muster",
    products: [.executable(name: "muster", targets: ["muster"])],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        // Without traits: those are for what only its larger products have.
        .package(
            url: "https://github.com/hummingbird-project/hummingbird",
            from: "2.28.1",
            traits: []
        ),
    ],
    targets: [
        .systemLibrary(
            name: "CLibRdKafka",
            pkgConfig: "rdkafka",
            providers: [.apt(["librdkafka-dev"])]
        ),
        .systemLibrary(
            name: "CLibYAML",
            pkgConfig: "yaml-0.1",
            providers: [.apt(["libyaml-dev"])]
        ),
        .target(name: "MusterModel", swiftSettings: settings),
        .target(name: "MusterPolicy", dependencies: ["MusterModel"], swiftSettings: settings),
        .target(name: "MusterSolver", swiftSettings: settings),
        .target(name: "MusterProof", swiftSettings: settings),
        .target(
            name: "MusterOPB",
            dependencies: ["MusterPolicy", "MusterSolver"],
            swiftSettings: settings
        ),
        .target(
            name: "MusterEngine",
            dependencies: ["MusterModel", "MusterPolicy", "MusterSolver"],
            swiftSettings: settings
        ),
        .target(
            name: "MusterYAML",
            dependencies: ["CLibYAML", "MusterModel", "MusterPolicy"],
            swiftSettings: settings
        ),
        .target(
            name: "MusterMessages",
            dependencies: ["MusterModel", "MusterPolicy"],
            swiftSettings: settings
        ),
        .target(
            name: "MusterScenario",
            dependencies: [
                "MusterEngine", "MusterMessages", "MusterModel", "MusterPolicy", "MusterYAML",
            ],
            swiftSettings: settings
        ),
        .target(name: "MusterKafka", dependencies: ["CLibRdKafka"], swiftSettings: settings),
        .target(name: "MusterMetrics", swiftSettings: settings),
        .target(name: "MusterHTTP", dependencies: http + [logging], swiftSettings: settings),
        .target(
            name: "MusterWorker",
            dependencies: [
                "MusterEngine", "MusterHTTP", "MusterKafka", "MusterMessages", "MusterMetrics",
                "MusterModel", "MusterPolicy", "MusterYAML", logging,
            ],
            swiftSettings: settings
        ),
        .executableTarget(
            name: "muster",
            dependencies: [
                "MusterEngine", "MusterHTTP", "MusterKafka", "MusterMessages", "MusterModel",
                "MusterOPB", "MusterPolicy", "MusterProof", "MusterScenario", "MusterSimulation",
                "MusterSolver", "MusterWorker",
                "MusterYAML", argumentParser, logging,
            ],
            swiftSettings: settings
        ),
        .target(
            name: "MusterSimulation",
            dependencies: ["MusterEngine", "MusterModel", "MusterPolicy"],
            swiftSettings: settings
        ),
        .target(
            name: "MusterTestKit",
            dependencies: ["MusterEngine", "MusterModel", "MusterPolicy", "MusterSolver"],
            swiftSettings: settings
        ),
        .target(
            name: "MusterBusKit",
            dependencies: ["MusterKafka"],
            swiftSettings: settings
        ),
        .executableTarget(
            name: "bare-loop",
            dependencies: ["CLibRdKafka"],
            path: "Sources/BareLoop",
            cSettings: [.define("_POSIX_C_SOURCE", to: "200809L")]
        ),
        .target(name: "CAllocations"),
        .executableTarget(
            name: "benchmarks",
            dependencies: [
                "CAllocations", "MusterBusKit", "MusterEngine", "MusterKafka", "MusterMessages",
                "MusterModel",
                "MusterPolicy", "MusterSolver", "MusterTestKit",
            ],
            path: "Sources/Benchmarks",
            exclude: ["CPSAT/cpsat.py"],
            swiftSettings: settings
        ),
    ]
        + [
            ("MusterModel", []),
            ("MusterPolicy", ["MusterModel", "MusterYAML"]),
            ("MusterSolver", ["MusterTestKit"]),
            (
                "MusterEngine",
                ["MusterModel", "MusterPolicy", "MusterSolver", "MusterTestKit", "MusterYAML"]
            ),
            ("MusterSimulation", ["MusterEngine", "MusterModel", "MusterPolicy"]),
            ("MusterYAML", ["MusterModel", "MusterPolicy"]),
            ("MusterMessages", ["MusterModel", "MusterPolicy"]),
            ("MusterProof", ["MusterSolver", "MusterTestKit"]),
            ("MusterOPB", ["MusterPolicy", "MusterSolver", "MusterTestKit"]),
            ("MusterScenario", ["MusterEngine", "MusterModel", "MusterPolicy"]),
            ("MusterKafka", []),
            ("MusterMetrics", []),
            ("MusterHTTP", []),
            (
                "MusterWorker",
                [
                    "MusterEngine", "MusterHTTP", "MusterKafka", "MusterMessages", "MusterMetrics",
                    "MusterModel", "MusterPolicy", "MusterTestKit", "MusterYAML",
                ]
            ),
        ].map { (name: String, more: [String]) in
            .testTarget(
                name: name + "Tests",
                dependencies: ([name] + more).map { .byName(name: $0) },
                exclude: name == "MusterPolicy" ? ["Goldens"] : [],
                swiftSettings: settings
            )
        }
        + [
            // Builds the worker, which the tests start as a process of its own.
            .testTarget(
                name: "BrokerTests",
                dependencies: ["MusterBusKit", "MusterKafka", "muster"],
                swiftSettings: settings
            ),
            .testTarget(
                name: "CommandTests",
                dependencies: ["muster"],
                exclude: ["Goldens"],
                swiftSettings: settings
            ),
            .testTarget(
                name: "TidyTests",
                dependencies: [
                    "MusterEngine", "MusterHTTP", "MusterMetrics", "MusterPolicy",
                    "MusterScenario", "MusterWorker", "MusterYAML",
                ],
                swiftSettings: settings
            ),
        ]
)
