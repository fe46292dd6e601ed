// What can happen in the simulated world. An action says everything about what happens, so that a
// list of them is a run; one that does not fit the world it meets does nothing, so that any part of
// a list is a run too.

/// One step of a run.
enum Action: Hashable, Sendable {
    // MARK: The estate

    /// Time passes everywhere, in milliseconds.
    case tick(Int)
    /// A machine of this number and variant is there, or has other attributes now.
    case add(domain: Int, machine: Int, variant: Int)
    /// A machine is taken away, and its removal reported.
    case remove(domain: Int, machine: Int)
    /// Something happens to a machine.
    case befall(domain: Int, machine: Int, Misfortune)
    /// A machine says how it is.
    case report(domain: Int, machine: Int)
    /// A machine takes its oldest order to heart.
    case obey(domain: Int, machine: Int, Obedience)
    /// Everything on a node fails at once, or comes back.
    case rack(domain: Int, node: Int, isDown: Bool)
    /// The domain's network parts from the log, or is whole again.
    case split(domain: Int, isSplit: Bool)
    /// A report on its way arrives; it may arrive again.
    case deliver(domain: Int, index: Int, isKept: Bool)
    /// A report on its way is lost.
    case lose(domain: Int, index: Int)
    /// The next command of the log reaches its machine, twice perhaps, or nobody.
    case order(domain: Int, Passage)
    /// Somebody writes to the topic of desired configuration.
    case configure(domain: Int, String)

    // MARK: The workers

    /// A worker's clock is off by so many milliseconds from now on.
    case clock(worker: Int, Int)
    /// A worker takes in so many records of a lane of a partition.
    case poll(worker: Int, partition: Int, Lane, Int)
    /// A worker takes in what it holds back without deciding on it.
    case absorb(worker: Int, partition: Int)
    /// A worker that has caught up begins to decide.
    case live(worker: Int, partition: Int)
    /// A worker calls the domains whose deadline has come.
    case call(worker: Int, partition: Int)
    /// A worker commits what it has.
    case commit(worker: Int, Fate)
    /// A worker dies; what it has not committed is lost.
    case crash(worker: Int)
    /// A worker is started, with these files.
    case start(worker: Int, files: String)
    /// A running worker reads its files anew.
    case files(worker: Int, String)
    /// A partition is given to a worker; the one that had it does not know yet.
    case assign(partition: Int, worker: Int)
    /// The changelog of a partition is compacted.
    case compact(partition: Int)

    /// What can happen to a machine.
    enum Misfortune: String, CaseIterable, Sendable {
        case fault, mend, stop, start, starting, unknown, retire, offer
        case lieOnline, lieOffline, lieFaulted, truth, deaf, hear
    }

    /// How a machine takes an order.
    enum Obedience: String, CaseIterable, Sendable {
        case done, begin, fail, ignore
    }

    /// What becomes of a command on its way.
    enum Passage: String, CaseIterable, Sendable {
        case once, twice, lost
    }

    /// What becomes of a transaction.
    enum Fate: String, CaseIterable, Sendable {
        /// It is committed.
        case done
        /// It is aborted, and the worker begins anew from what is committed.
        case abort
        /// The worker dies with half of it written.
        case half
        /// It is committed, and the worker dies before it knows.
        case unknown
    }

    /// The inbound topics.
    enum Lane: String, CaseIterable, Sendable {
        case availability, configuration
    }
}
