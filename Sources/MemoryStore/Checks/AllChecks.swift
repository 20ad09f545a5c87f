extension Check {
  /// Every check, in the order in which they are made and mended.
  package static let all = ofObjects + ofMemories + ofFragments + ofDuplicates + ofAnalytics + ofVectors
}
