import ISALAdapter
import LogIngestion
import LogModel
import SimdJSONAdapter

/// What judges lines in every case.
let benchedScanner: any RecordScanner = SimdJSONScanner()

/// What digests are computed with in every case.
let benchedChecksums: any Checksums = ISALChecksums()

/// How many bytes the engine asks for at once; limits put as many into a transaction.
let benchedChunk = IngestionSettings().chunkBytes

/// How many bytes are read at once where nothing but lines is looked for.
let benchedPiece = 1 << 20
