/** An attribute to add to the provider's application. */
export interface SetupAttribute {
  readonly displayName: string;
  readonly variableName: string;
  readonly externalName: string;
  /** Empty for an attribute of the core schema. */
  readonly externalNamespace: string;
  readonly dataType: 'String' | 'Integer';
  /** The values that it can have; empty for any. */
  readonly values: readonly string[];
  readonly required: boolean;
}

/** What a provider's attribute is mapped from. */
export interface SetupMapping {
  readonly attribute: string;
  readonly value: string;
  readonly note: string;
}
