// What is known of a domain that has only taken events in.

import MusterModel
import MusterPolicy
import MusterTestKit
import Testing

@testable import MusterEngine

@Suite struct AbsorbingTests {
    @Test("a domain that has decided nothing yet can be looked at")
    func summary() {
        var domain = Domain(DomainID("d"), baseline: Baseline(), options: Options())
        let now = Instant(milliseconds: 1_000)
        let resources = ["a", "b"].map { Resource(id: ResourceID($0), observedAt: now) }
        _ = domain.absorb([.reports(resources.map { .observed($0) })], at: now)
        #expect(domain.summary.registered == 2)
        #expect(domain.summary.changes.isEmpty)
        _ = domain.absorb([.reports([.removed(ResourceID("a"))])], at: now)
        #expect(domain.summary.registered == 1)
    }
}
