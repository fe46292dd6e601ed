import MusterModel
import Testing

@testable import MusterWorker

@Suite("Requests after a restore") struct InquiriesTests {
    private static let start = Instant(milliseconds: 1_000_000)

    @Test("Nobody asks before everything is restored; then they ask in portions")
    func portions() {
        var inquiries = Inquiries()
        let domains = (0..<7).map { DomainID("d-\($0)") }
        inquiries.add(domains)
        #expect(inquiries.next == nil)
        #expect(inquiries.take(at: Self.start, counting: { _ in 1 }).isEmpty)

        inquiries.open(at: Self.start)
        var now = Self.start
        var asked: [[DomainID]] = []
        while let next = inquiries.next {
            #expect(inquiries.take(at: next + .milliseconds(-1), counting: { _ in 2000 }).isEmpty)
            now = next
            asked.append(inquiries.take(at: now, counting: { _ in 2000 }))
        }
        #expect(asked.map(\.count) == [3, 3, 1])
        #expect(asked.joined().elementsEqual(domains))
        #expect(now == Self.start + Inquiries.pause + Inquiries.pause)
        inquiries.open(at: now)
        #expect(inquiries.next == nil)
    }

    @Test("A clock that was set back holds nobody up")
    func clockSetBack() {
        var inquiries = Inquiries()
        inquiries.add([DomainID("a"), DomainID("b")])
        inquiries.open(at: Self.start)
        #expect(inquiries.take(at: Self.start, counting: { _ in 5000 }).map(\.name) == ["a"])
        let earlier = Self.start + .seconds(-3600)
        #expect(inquiries.take(at: earlier, counting: { _ in 5000 }).map(\.name) == ["b"])
        #expect(inquiries.next == nil)
    }
}
