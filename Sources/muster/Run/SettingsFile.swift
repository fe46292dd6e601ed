// Settings from the command line, the environment and a file, as `run` and others need them.

import ArgumentParser
import Foundation
import MusterPolicy
import MusterWorker

/// Where settings come together.
enum SettingsFile {
    /// Puts settings together, or shows on standard error what is wrong with them.
    ///
    /// - Throws: the exit status for wrong configuration.
    static func resolve(config: String?, overrides: [String]) throws -> Settings {
        var texts: [String: [UInt8]] = [:]
        do {
            var file: Node?
            if let config {
                let bytes = try InputFile.bytes(at: config)
                texts[config] = bytes
                file = try Settings.document(in: bytes, path: config)
            }
            let resolution = try Settings.resolve(
                overrides: overrides,
                environment: ProcessInfo.processInfo.environment,
                file: file
            )
            for warning in resolution.warnings { Terminal.error.write("warning: \(warning)") }
            return resolution.settings
        } catch let error as FileFailure {
            Terminal.error.write("error: the settings file \(error)")
            throw ExitCode.misconfigured
        } catch let error as SettingsError {
            show(error, texts)
            throw ExitCode.misconfigured
        }
    }

    private static func show(_ error: SettingsError, _ texts: [String: [UInt8]]) {
        // Any line of a file that names a secret may be the one that holds it.
        let renderer = DiagnosticRenderer(
            sources: texts.filter { !namesSecret($0.value) },
            isColored: Terminal.error.hasColour
        )
        for problem in error.problems {
            if let diagnostic = problem.diagnostic {
                Terminal.error.write(renderer.text(diagnostic))
            } else {
                Terminal.error.write("error: \(problem)")
            }
        }
    }

    /// Whether a file names a property that is secret, save in comments.
    private static func namesSecret(_ bytes: [UInt8]) -> Bool {
        bytes.split(separator: UInt8(ascii: "\n")).contains { line in
            let text = line.drop { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
            return text.first != UInt8(ascii: "#")
                && ClientProperties.isSecret(String(decoding: text, as: UTF8.self))
        }
    }
}
