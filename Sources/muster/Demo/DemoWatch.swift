// What the demo sees of the worker: its decisions, and whether a plan is under way.

import MusterEngine
import MusterModel
import MusterWorker
import Synchronization

/// Collects decisions of one domain.
final class DemoWatch: Sendable {
    /// What has been seen since a step began.
    struct Sight {
        var decisions: [MusterWorker.Decision] = []
        var commands = 0
        var isPlanUnderWay = false
        /// When the last plan was confirmed.
        var completed: ContinuousClock.Instant?
    }

    private let sight = Mutex(Sight())

    /// What has been seen since the step began.
    var current: Sight { sight.withLock { $0 } }

    /// Begins a step: what was seen before is forgotten, except a plan under way.
    func begin() {
        sight.withLock { sight in
            sight.decisions = []
            sight.commands = 0
            sight.completed = nil
        }
    }

    /// Takes in what the worker did.
    func observe(_ event: WorkerEvent) {
        guard case .decided(let decision) = event else { return }
        sight.withLock { sight in
            sight.decisions.append(decision)
            for directive in decision.directives {
                switch directive {
                case .send: sight.commands += 1
                case .notify(let notice): Self.follow(notice, &sight)
                case .reject: break
                }
            }
        }
    }

    private static func follow(_ notice: Notice, _ sight: inout Sight) {
        switch notice.kind {
        case .planStarted: sight.isPlanUnderWay = true
        case .planSuperseded: sight.isPlanUnderWay = false
        case .planCompleted:
            sight.isPlanUnderWay = false
            sight.completed = .now
        default: break
        }
    }
}
