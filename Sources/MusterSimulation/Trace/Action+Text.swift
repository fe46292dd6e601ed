// Actions as lines that people can read, shorten and send to each other.

extension Action {
    /// The action as a line.
    var line: String {
        switch self {
        case .tick(let ms): "tick \(ms)"
        case .add(let domain, let machine, let variant): "add \(domain) \(machine) \(variant)"
        case .remove(let domain, let machine): "remove \(domain) \(machine)"
        case .befall(let domain, let machine, let what):
            "befall \(domain) \(machine) \(what.rawValue)"
        case .report(let domain, let machine): "report \(domain) \(machine)"
        case .obey(let domain, let machine, let how): "obey \(domain) \(machine) \(how.rawValue)"
        case .rack(let domain, let node, let isDown):
            "rack \(domain) \(node) \(isDown ? "down" : "up")"
        case .split(let domain, let isSplit): "split \(domain) \(isSplit ? "begin" : "end")"
        case .deliver(let domain, let index, let isKept):
            "deliver \(domain) \(index)\(isKept ? " keep" : "")"
        case .lose(let domain, let index): "lose \(domain) \(index)"
        case .order(let domain, let passage): "order \(domain) \(passage.rawValue)"
        case .configure(let domain, let text): "configure \(domain) \(text)"
        case .clock(let worker, let ms): "clock \(worker) \(ms)"
        case .poll(let worker, let partition, let lane, let count):
            "poll \(worker) \(partition) \(lane.rawValue) \(count)"
        case .absorb(let worker, let partition): "absorb \(worker) \(partition)"
        case .live(let worker, let partition): "live \(worker) \(partition)"
        case .call(let worker, let partition): "call \(worker) \(partition)"
        case .commit(let worker, let fate): "commit \(worker) \(fate.rawValue)"
        case .crash(let worker): "crash \(worker)"
        case .start(let worker, let files): "start \(worker) \(files)"
        case .files(let worker, let files): "files \(worker) \(files)"
        case .assign(let partition, let worker): "assign \(partition) \(worker)"
        case .compact(let partition): "compact \(partition)"
        }
    }

    /// Reads a line; `nil` when it is not one.
    init?(line: some StringProtocol) {
        var words = Words(line)
        guard let verb = words.next() else { return nil }
        guard let action = Self.estate(verb, &words) ?? Self.workers(verb, &words) else {
            return nil
        }
        self = action
    }

    private static func estate(_ verb: String, _ words: inout Words) -> Action? {
        if verb == "tick" { return words.number().map { .tick($0) } }
        let verbs: Set = [
            "add", "remove", "befall", "report", "obey", "rack", "split", "deliver", "lose",
            "order", "configure",
        ]
        guard verbs.contains(verb), let domain = words.number() else { return nil }
        switch verb {
        case "order": return words.word().map { .order(domain: domain, $0) }
        case "configure": return .configure(domain: domain, words.rest)
        case "split":
            guard let word = words.next() else { return nil }
            return .split(domain: domain, isSplit: word == "begin")
        default: break
        }
        guard let number = words.number() else { return nil }
        switch verb {
        case "add":
            return words.number().map { .add(domain: domain, machine: number, variant: $0) }
        case "remove": return .remove(domain: domain, machine: number)
        case "befall": return words.word().map { .befall(domain: domain, machine: number, $0) }
        case "report": return .report(domain: domain, machine: number)
        case "obey": return words.word().map { .obey(domain: domain, machine: number, $0) }
        case "rack":
            guard let word = words.next() else { return nil }
            return .rack(domain: domain, node: number, isDown: word == "down")
        case "deliver":
            return .deliver(domain: domain, index: number, isKept: words.next() == "keep")
        default: return .lose(domain: domain, index: number)
        }
    }

    private static func workers(_ verb: String, _ words: inout Words) -> Action? {
        guard let first = words.number() else { return nil }
        switch verb {
        case "clock": return words.number().map { .clock(worker: first, $0) }
        case "poll":
            guard let partition = words.number(), let lane: Lane = words.word(),
                let count = words.number()
            else { return nil }
            return .poll(worker: first, partition: partition, lane, count)
        case "absorb": return words.number().map { .absorb(worker: first, partition: $0) }
        case "live": return words.number().map { .live(worker: first, partition: $0) }
        case "call": return words.number().map { .call(worker: first, partition: $0) }
        case "commit": return words.word().map { .commit(worker: first, $0) }
        case "crash": return .crash(worker: first)
        case "start": return .start(worker: first, files: words.rest)
        case "files": return .files(worker: first, words.rest)
        case "assign": return words.number().map { .assign(partition: first, worker: $0) }
        case "compact": return .compact(partition: first)
        default: return nil
        }
    }
}

/// The words of a line, one after the other.
struct Words {
    private var left: Substring

    init(_ line: some StringProtocol) { left = Substring(line) }

    /// What has not been read.
    var rest: String { String(left.drop { $0 == " " }) }

    mutating func next() -> String? {
        left = left.drop { $0 == " " }
        guard !left.isEmpty else { return nil }
        let word = left.prefix { $0 != " " }
        left = left.dropFirst(word.count)
        return String(word)
    }

    mutating func number() -> Int? { next().flatMap { Int($0) } }

    mutating func word<Word: RawRepresentable<String>>() -> Word? {
        next().flatMap { Word(rawValue: $0) }
    }
}
