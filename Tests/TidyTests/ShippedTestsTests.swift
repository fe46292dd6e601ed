// The tests of the policies that ship, as `muster test config` runs them.

import Foundation
import MusterEngine
import MusterPolicy
import MusterScenario
import MusterWorker
import Testing

@Suite struct ShippedTestsTests {
    /// Files of the project, by their path in it.
    private static let surroundings = ScenarioSurroundings(
        policies: { path in
            bytes(path).map { [DocumentSource(name: path, bytes: $0)] }
        },
        reports: { bytes($0) },
        options: { _ in .success(Options()) },
        zones: .system
    )

    private static func bytes(_ path: String) -> [UInt8]? {
        (try? Data(contentsOf: ProjectTree.root.appending(path: path))).map { Array($0) }
    }

    @Test("Every policy that ships has tests, and they pass")
    func shipped() throws {
        var count = 0
        for folder in ["config/policies", "config/examples"] {
            let policies = try ProjectTree.files(below: folder).filter {
                $0.path.hasSuffix(".yaml") && !$0.path.contains(".test.")
            }
            for policy in policies {
                let path = policy.path.dropLast(5) + ".test.yaml"
                let bytes = try #require(Self.bytes(String(path)), "\(path)")
                let reading = ScenarioReader.read(
                    file: String(path),
                    bytes: bytes,
                    Self.surroundings
                )
                #expect(reading.diagnostics.isEmpty, "\(reading.diagnostics.map(\.message))")
                #expect(!reading.scenarios.isEmpty, "\(path)")
                for scenario in reading.scenarios {
                    count += 1
                    let failures = scenario.run().map { "\($0.span): \($0.message)" }
                    #expect(failures.isEmpty, "\(scenario.name): \(failures)")
                }
            }
        }
        #expect(count >= 20)
    }
}
