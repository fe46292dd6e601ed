// Waiting for what another process does: asked again and again, with a deadline.

public import Foundation

/// Something did not happen in time.
public struct Missed: Error, CustomStringConvertible {
    /// What was waited for, and what was there instead.
    public let description: String

    /// Makes an error that says so.
    public init(description: String) { self.description = description }
}

/// Asks until there is an answer; blocks the thread.
///
/// - Parameters:
///   - what: What is waited for, as in "the broker".
///   - limit: How long.
///   - step: The pause between two questions.
///   - ask: Returns the answer, or `nil` to be asked again.
/// - Returns: the answer.
/// - Throws: ``Missed``, or what `ask` throws.
public func wait<Answer>(
    for what: @autoclosure () -> String,
    within limit: Duration = .seconds(30),
    step: Duration = .milliseconds(5),
    _ ask: () throws -> Answer?
) throws -> Answer {
    let deadline = ContinuousClock.now + limit
    while true {
        if let answer = try ask() { return answer }
        guard ContinuousClock.now < deadline else {
            throw Missed(description: "waited \(limit) in vain for \(what())")
        }
        // The pace of asking, not the condition.
        Thread.sleep(forTimeInterval: step.inSeconds)
    }
}

/// Waits until a condition holds; see ``wait(for:within:step:_:)``.
public func waitUntil(
    _ what: @autoclosure () -> String,
    within limit: Duration = .seconds(30),
    step: Duration = .milliseconds(5),
    _ isMet: () throws -> Bool
) throws {
    _ = try wait(for: what(), within: limit, step: step) { try isMet() ? true : nil }
}

/// A folder that is removed with this object.
public final class TemporaryFolder: Sendable {
    /// Where it is.
    public let url: URL

    /// Makes one below the system's folder for such.
    public init(_ name: String) throws {
        url = FileManager.default.temporaryDirectory
            .appending(path: "muster-\(name)-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(at: url) }

    /// A file or folder in it.
    public func appending(_ name: String) -> URL { url.appending(path: name) }
}
