// Files that a user names: read whole, pipes too, and with the reason where that cannot be done.

import Foundation

/// A file that cannot be read, or written, and why.
struct FileFailure: Error, CustomStringConvertible {
    /// What was to be done with it.
    enum Action: String {
        case read, written
    }

    /// In one sentence, to stand behind "error: ".
    let description: String

    init(_ path: String, cannotBe action: Action, _ reason: String) {
        description = "`\(path)` cannot be \(action.rawValue): \(reason)"
    }

    /// Gives the reason in the words of the system's error that lies beneath another one, or is
    /// meant by it.
    init(_ path: String, cannotBe action: Action, _ error: any Error) {
        self.init(path, cannotBe: action, Self.reason(error))
    }

    private static func reason(_ error: any Error) -> String {
        let underlying = (error as NSError).userInfo[NSUnderlyingErrorKey] as? NSError
        let cause = underlying ?? error as NSError
        if cause.domain == NSPOSIXErrorDomain { return words(for: Int32(cause.code)) }
        return switch (error as? CocoaError)?.code {
        case .fileNoSuchFile, .fileReadNoSuchFile: words(for: ENOENT)
        case .fileReadNoPermission, .fileWriteNoPermission: words(for: EACCES)
        default: error.localizedDescription
        }
    }

    private static func words(for status: Int32) -> String {
        let words = unsafe String(cString: strerror(status))
        return words.prefix(1).lowercased() + words.dropFirst()
    }
}

/// Reads files.
enum InputFile {
    /// Everything that a file holds, or a pipe until it ends.
    static func bytes(at path: String) throws(FileFailure) -> [UInt8] {
        let url = URL(fileURLWithPath: path)
        if (try? url.resourceValues(forKeys: [.isDirectoryKey]))?.isDirectory == true {
            throw FileFailure(path, cannotBe: .read, "it is a folder")
        }
        do {
            let handle = try FileHandle(forReadingFrom: url)
            return Array(try handle.readToEnd() ?? Data())
        } catch {
            throw FileFailure(path, cannotBe: .read, error)
        }
    }

    /// The same, or for `-` everything on standard input.
    static func bytesOrInput(at path: String) throws(FileFailure) -> [UInt8] {
        path == "-"
            ? Array(FileHandle.standardInput.readDataToEndOfFile()) : try bytes(at: path)
    }
}
