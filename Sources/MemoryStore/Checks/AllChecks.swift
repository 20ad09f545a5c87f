extension Check {
  /// Every check, in the order in which they are made and mended.
  package static let all = ofObjects + ofLayout + ofMemories + ofFragments + ofDuplicates + ofAnalytics + ofVectors
}
