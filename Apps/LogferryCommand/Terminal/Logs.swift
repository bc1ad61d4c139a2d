import Composition
import Foundation
import Logging

extension Settings {
    /// The logger of a component, as the settings want it.
    func logger(_ label: String) -> Logger {
        ServiceLog.logger(label, level: logLevel, isJSON: logsJSON ?? !Terminal.showsWords)
    }
}
