import MusterModel
import Testing

@testable import MusterWorker

@Suite("Timers")
struct TimersTests {
    private func at(_ milliseconds: Int64) -> Instant { Instant(milliseconds: milliseconds) }

    @Test("A task is called when its deadline has come, and once until it has answered")
    func calls() {
        var timers = Timers()
        #expect(timers.next == nil)
        timers.finished(0, next: at(100), wasClock: false)
        timers.finished(1, next: at(200), wasClock: false)
        #expect(timers.next == at(100))
        #expect(timers.due(at: at(99)) == [])
        #expect(timers.due(at: at(100)) == [0])
        #expect(timers.due(at: at(150)) == [])
        #expect(timers.next == at(200))
        // A batch that was under way when the call was made does not count as the answer.
        timers.finished(0, next: at(100), wasClock: false)
        #expect(timers.due(at: at(150)) == [])
        timers.finished(0, next: at(300), wasClock: true)
        #expect(timers.due(at: at(300)) == [0, 1])
    }

    @Test("A deadline that does not move leads to a call every ten milliseconds at most")
    func stuckDeadline() {
        var timers = Timers()
        timers.finished(0, next: at(100), wasClock: false)
        #expect(timers.due(at: at(100)) == [0])
        timers.finished(0, next: at(100), wasClock: true)
        #expect(timers.next == at(110))
        #expect(timers.due(at: at(109)) == [])
        #expect(timers.due(at: at(110)) == [0])
    }

    @Test("A clock that was set back does not put calls off")
    func clockSetBack() {
        var timers = Timers()
        timers.finished(0, next: at(3_600_000), wasClock: false)
        #expect(timers.due(at: at(3_600_000)) == [0])
        timers.finished(0, next: at(100), wasClock: true)
        #expect(timers.due(at: at(100)) == [0])
    }
}
