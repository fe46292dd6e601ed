// A module imports only what stands below it, and the core imports nothing of the outside world.
// The package's manifest cannot say the second: Foundation is there without being asked for.

import Testing

@Suite struct ModuleGraphTests {
    /// What each folder of `Sources` may import, of ours and of others.
    private static let allowed: [String: Set<String>] = {
        let core: Set = ["MusterModel", "MusterPolicy", "MusterSolver", "MusterEngine"]
        let edge: Set = [
            "MusterHTTP", "MusterKafka", "MusterMessages", "MusterMetrics", "MusterYAML",
        ]
        let platform: Set = ["Dispatch", "Foundation", "Glibc", "Synchronization"]
        return [
            "CAllocations": [],
            "CLibRdKafka": [],
            "CLibYAML": [],
            "MusterModel": [],
            // For a session that is shared by whoever holds it.
            "MusterSolver": ["Synchronization"],
            "MusterPolicy": ["MusterModel"],
            "MusterProof": [],
            "MusterOPB": ["MusterPolicy", "MusterSolver"],
            "MusterEngine": ["MusterModel", "MusterPolicy", "MusterSolver"],
            "MusterSimulation": ["MusterEngine", "MusterModel", "MusterPolicy"],
            "MusterMessages": ["MusterModel", "MusterPolicy"],
            "MusterYAML": ["CLibYAML", "MusterModel", "MusterPolicy"],
            "MusterScenario": [
                "MusterEngine", "MusterMessages", "MusterModel", "MusterPolicy", "MusterYAML",
            ],
            "MusterKafka": platform.union(["CLibRdKafka"]),
            "MusterMetrics": platform,
            "MusterHTTP": platform.union([
                "HTTPTypes", "HummingbirdCore", "Logging", "NIOCore", "NIOPosix",
            ]),
            "MusterWorker": platform.union(core).union(edge).union(["Logging"]),
            "muster": platform.union(core).union(edge)
                .union([
                    "ArgumentParser", "Logging", "MusterOPB", "MusterProof", "MusterScenario",
                    "MusterSimulation", "MusterWorker",
                ]),
            "MusterTestKit": core.union(["MusterYAML"]),
            "MusterBusKit": platform.union(["MusterKafka"]),
            "BareLoop": [],
            "Benchmarks": platform.union(core).union([
                "CAllocations", "MusterBusKit", "MusterKafka", "MusterMessages", "MusterTestKit",
            ]),
        ]
    }()

    /// The folder of `Sources` that a file is in.
    private func module(of file: ProjectFile) throws -> String {
        String(try #require(file.path.split(separator: "/").dropFirst().first))
    }

    @Test("A module imports only what stands below it")
    func imports() throws {
        let pattern = #"^\s*(?:@\w+ )*(?:\w+ )?import (?:(?:struct|enum|func|class) )?(\w+)"#
        var seen: Set<String> = []
        var count = 0
        for file in try ProjectTree.files(below: "Sources") where file.isSwift {
            let module = try module(of: file)
            let allowed = try #require(Self.allowed[module], "\(file) is in an unknown module")
            seen.insert(module)
            for match in try file.text.matches(of: pattern) {
                count += 1
                #expect(allowed.contains(match[1]), "\(file) imports \(match[1])")
            }
        }
        #expect(count > 100)
        #expect(seen.isSuperset(of: ["MusterModel", "MusterSolver", "MusterEngine", "muster"]))
    }
}
