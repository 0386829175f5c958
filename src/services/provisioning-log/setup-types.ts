/** An attribute to add to the provider's application. */
export interface SetupAttribute {
  readonly displayName: string;
  readonly variableName: string;
  readonly externalName: string;
  /** Empty for an attribute of the core schema. */
  readonly externalNamespace: string;
  readonly dataType: 'String' | 'Integer';
  /** The possible values; empty for any. */
  readonly values: readonly string[];
  readonly required: boolean;
}

/** The mapping of an attribute of the provider. */
export interface SetupMapping {
  readonly attribute: string;
  readonly value: string;
  readonly note: string;
}
