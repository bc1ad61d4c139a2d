public import Logferry
import LogferryPlatform

extension LogShipper {
    /// Starts a shipper that sends over `URLSession`, by the machine's clock.
    ///
    /// - Parameters:
    ///   - settings: what to do.
    ///   - journal: keeps batches on disk until they are delivered.
    ///   - observer: is told what happens.
    public convenience init(
        _ settings: ShipperSettings, journal: (any BatchJournal)? = nil, observer: (any ShipperObserver)? = nil
    ) {
        self.init(settings, transport: URLSessionTransport(), journal: journal, observer: observer)
    }
}
