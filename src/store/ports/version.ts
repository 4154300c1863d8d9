/** A stored document's version, for compare-and-set. Opaque; changes with every write of the document. */
export type Version = string;
