import MusterEngine
import MusterMessages
import MusterModel
import Testing

@testable import MusterWorker

@Suite("Requests to report of many domains") struct InquiryQueueTests {
    private static let start = Instant(milliseconds: 1_000_000)

    @Test("Nobody asks before everything is restored; then they ask in portions")
    func portions() {
        let domains = (0..<7).map { DomainID("d-\($0)") }
        var inquiries = InquiryQueue(restored: domains)
        #expect(inquiries.deadline(at: Self.start) == nil)
        #expect(inquiries.take(at: Self.start, counting: { _ in 1 }).isEmpty)

        inquiries.open(partitions: 1)
        var now = Self.start
        var asked: [[DomainID]] = []
        while let next = inquiries.deadline(at: now) {
            if next > now {
                let early = inquiries.take(at: next + .milliseconds(-1), counting: { _ in 2000 })
                #expect(early.isEmpty)
            }
            now = next
            asked.append(inquiries.take(at: now, counting: { _ in 2000 }).map(\.domain))
        }
        #expect(asked.map(\.count) == [3, 3, 1])
        #expect(asked.joined().elementsEqual(domains))
        #expect(now == Self.start + InquiryQueue.pause + InquiryQueue.pause)
    }

    @Test("What is more than a portion takes the time of so many, and many partitions more of it")
    func pace() {
        for (partitions, slowness) in [(1, 1), (4, 1), (7, 1), (8, 2), (64, 16)] {
            var inquiries = InquiryQueue(restored: [DomainID("a"), DomainID("b")])
            inquiries.open(partitions: partitions)
            _ = inquiries.take(at: Self.start, counting: { _ in 20_000 })
            #expect(
                inquiries.deadline(at: Self.start)
                    == Self.start + InquiryQueue.pause * (4 * slowness)
            )
        }
    }

    @Test("A clock that was set back holds nobody up")
    func clockSetBack() {
        var inquiries = InquiryQueue(restored: [DomainID("a"), DomainID("b")])
        inquiries.open(partitions: 1)
        #expect(inquiries.take(at: Self.start, counting: { _ in 5000 }).map(\.domain.name) == ["a"])
        let earlier = Self.start + .seconds(-3600)
        #expect(inquiries.deadline(at: earlier) == earlier + InquiryQueue.pause)
        #expect(inquiries.take(at: earlier, counting: { _ in 5000 }).map(\.domain.name) == ["b"])
        #expect(inquiries.deadline(at: earlier) == nil)
    }

    @Test("Whose reports were missed asks behind all others, and who waits already asks once")
    func missed() {
        var inquiries = InquiryQueue(restored: [DomainID("a"), DomainID("b")])
        inquiries.addMissed([DomainID("b"), DomainID("c"), DomainID("d")])
        #expect(inquiries.deadline(at: Self.start) == nil)
        inquiries.open(partitions: 1)
        let first = inquiries.take(at: Self.start, counting: { _ in 2500 })
        #expect(first.map(\.domain.name) == ["a", "b"])
        // A loss that comes again and again delays nobody who waits.
        inquiries.addMissed([DomainID("a"), DomainID("c")])
        let next = Self.start + InquiryQueue.pause
        #expect(inquiries.deadline(at: Self.start) == next)
        let second = inquiries.take(at: next, counting: { _ in 1000 })
        #expect(second.map(\.domain.name) == ["c", "d", "a"])
        #expect(inquiries.deadline(at: next) == nil)
    }

    // MARK: In a task

    /// A domain whose resources have reported.
    private func domain(
        _ name: String,
        _ count: Int,
        _ options: Options,
        at now: Instant
    ) -> Domain {
        var domain = Domain(DomainID(name), baseline: Baseline(), options: options)
        let reports = (0..<count).map {
            Report.observed(Resource(id: ResourceID("\(name)-\($0)"), state: .online))
        }
        _ = domain.handle([.reports(reports)], at: now)
        _ = domain.takeStateChanges()
        return domain
    }

    private func task(_ domains: [Domain], _ clock: SimulatedClock) -> PartitionTask {
        PartitionTask(
            TaskStart(partition: 0, epoch: 0, partitionCount: 1, positions: [:], domains: domains),
            context: .quiet(clock: clock),
            mailbox: Mailbox()
        )
    }

    /// The commands that inputs lead to.
    private func commands(_ task: PartitionTask, _ inputs: TaskInput...) -> [OutboundRecord] {
        task.take(inputs).compactMap(\.unit).flatMap(\.outputs).filter { $0.topic == .commands }
    }

    @Test("A task asks once all is restored, portion by portion, each time that it is called")
    func order() throws {
        let clock = SimulatedClock()
        let task = task(
            [("a", 3000), ("b", 3000), ("c", 10)].map { domain($0, $1, Options(), at: clock.now) },
            clock
        )
        let live = task.take([.live])
        #expect(live.compactMap(\.unit).flatMap(\.outputs).isEmpty)
        #expect(live.last?.nextDeadline == nil)
        clock.advance(by: .seconds(1))
        let asking = task.take([.ask(partitions: 1)])
        #expect(asking.last?.nextDeadline == clock.now)
        #expect(asking.last?.inputs == 0)
        #expect(commands(task, .clock).count == 6000)
        #expect(commands(task, .clock).isEmpty)
        clock.advance(by: InquiryQueue.pause)
        #expect(commands(task, .clock).count == 10)
        clock.advance(by: .seconds(3600))
        #expect(commands(task, .clock).isEmpty)
    }

    @Test("Where all are asked, what was due from time to time meanwhile is not asked as well")
    func periodic() throws {
        let clock = SimulatedClock()
        var options = Options()
        options.reportInterval = .seconds(60)
        let task = task([domain("a", 300, options, at: clock.now)], clock)
        clock.advance(by: .seconds(130))
        #expect(commands(task, .live).isEmpty)
        #expect(commands(task, .clock).isEmpty)
        #expect(commands(task, .ask(partitions: 1), .clock).count == 300)
        clock.advance(by: .seconds(60))
        #expect(commands(task, .clock).count == 300)
    }
}
