extension Check {
  /// Every check, in the order in which they are made and mended.
  package static let all: [Check] = [
    // The schema, first: the other checks rely on it.
    tablesMissing, triggersMissing, columnsRequired, indexesMissing, indexesInvalid, textIndex, vectorLog, vectorFile,
    integrity, journalMode, pgvectorVersion, extensionOutdated, ivfflatLists, sequencesBehind, neverAnalyzed,
    deadTuples, rowSecurity,

    valueType, nulText, contentEmpty, userBlank, userVariants, categoryBlank, categoryVariants, importanceRange,
    accessNegative, metadataInvalid, timestampMalformed, timestampFuture, timestampOrder, accessBeforeCreated,

    fragmentValueType, duplicatesValueType, analyticsValueType, duplicatesOrphaned, duplicatesHash, duplicatesScore,
    analyticsNegative, analyticsFuture, tagsInvalid, fragmentContentEmpty, fragmentEveryAgent, fragmentDuplicates,
    fragmentOrder,

    // What is compared or computed, last.
    embeddingNotFinite, embeddingLength, embeddingZero, embeddingMixed, fragmentEmbeddingInvalid,
    // Behind the others: it notes only a part of the rows it merges, which they must have noted whole.
    exactDuplicates,
    embeddingMissing, fragmentEmbeddingMissing,
  ]
}
