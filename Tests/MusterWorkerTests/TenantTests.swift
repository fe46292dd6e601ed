// What is remembered of records between a report and what comes of it.

import MusterEngine
import MusterMessages
import MusterModel
import Testing

@testable import MusterWorker

@Suite struct TenantTests {
    private static let now = Instant(milliseconds: 1_700_000_000_000)

    private func tenant(_ name: String = "d") -> Tenant {
        Tenant(Domain(DomainID(name), baseline: Baseline()), willAskForReports: false)
    }

    private func decoded(_ name: String) -> DecodedRecord {
        DecodedRecord(
            domain: DomainID("d"),
            content: .reports([
                .observed(
                    Resource(id: ResourceID(name), state: .offline, observedAt: Self.now)
                )
            ])
        )
    }

    private func record(_ offset: Int64) -> InboundRecord {
        InboundRecord(
            topic: .availability,
            partition: 0,
            offset: offset,
            timestamp: Self.now,
            key: nil,
            value: nil
        )
    }

    @Test("what comes of a batch comes from the last record that tells of it, taken at once or not")
    func origins() {
        let tenant = tenant()
        for (offset, name) in ["a", "b", "c"].enumerated() {
            tenant.add(decoded(name), of: record(Int64(offset)))
        }
        _ = tenant.decide(at: Self.now)
        tenant.forgetCauses()
        for (offset, name) in [(7, "a"), (8, "b")] {
            let isTaken = tenant.takeIdle(
                decoded(name),
                looking: Fingerprint(),
                from: .init(record(Int64(offset))),
                at: Self.now
            )
            #expect(isTaken)
        }
        #expect(tenant.isTouched)
        tenant.add(decoded("c"), of: record(9))
        _ = tenant.decide(at: Self.now)
        #expect(!tenant.isTouched)
        #expect(tenant.origin(of: ResourceID("a"))?.offset == 7)
        #expect(tenant.origin(of: ResourceID("c"))?.offset == 9)
        #expect(tenant.origin(of: ResourceID("z"))?.offset == 9)
        tenant.forgetCauses()
        #expect(tenant.origin(of: ResourceID("a")) == nil)
    }

    @Test("a key is known by its bytes, and other bytes of the same text are not kept")
    func keys() {
        var index = TenantIndex()
        let tenants = (0..<100).map { tenant("domain-\($0)") }
        for tenant in tenants { index.note(Array(tenant.id.name.utf8), tenant) }
        for tenant in tenants {
            let key = Array(tenant.id.name.utf8)
            #expect(index.tenant(of: key.span) === tenant)
        }
        let composed = tenant("caf\u{E9}")
        let other = Array("cafe\u{301}".utf8)
        index.note(other, composed)
        #expect(index.tenant(of: other.span) == nil)
        index.note(Array("caf\u{E9}".utf8), composed)
        #expect(index.tenant(of: Array("caf\u{E9}".utf8).span) === composed)
    }
}
