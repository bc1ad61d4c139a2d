public import Logferry
import LogferryPlatform
public import Logging

extension LogferryLogHandler {
    /// A handler that dates entries by the machine's clock.
    ///
    /// - Parameters:
    ///   - label: the logger's label.
    ///   - shipper: takes the lines.
    ///   - level: the lowest level that is logged.
    ///   - metadataProvider: gives each entry more metadata.
    public init(
        label: String, shipper: LogShipper, level: Logger.Level = .info,
        metadataProvider: Logger.MetadataProvider? = nil
    ) {
        self.init(
            label: label, shipper: shipper, level: level, metadataProvider: metadataProvider, clock: MachineClock())
    }
}
