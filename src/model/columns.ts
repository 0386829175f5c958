import { MetadataStorage, UnderscoreNamingStrategy } from '@mikro-orm/core';

/** A stored property of a model class, and the column that stores it. */
export interface Column<Property extends string = string> {
  readonly property: Property;
  readonly name: string;
  /** A point in time, which JSON holds as text. */
  readonly isTime: boolean;
}

const NAMING = new UnderscoreNamingStrategy();

/**
 * The columns of a model class, in the order of its properties. Statements take their columns from here, so a new
 * property of the class reaches each of them.
 * @throws Error when the class is no entity
 */
export function columnsOf<Entity extends object>(
  entity: new () => Entity,
): readonly Column<Extract<keyof Entity, string>>[] {
  const path: unknown = Reflect.get(entity, MetadataStorage.PATH_SYMBOL);
  if (typeof path !== 'string') throw new Error(`${entity.name} is not an entity`);
  const { properties } = MetadataStorage.getMetadata<Entity>(entity.name, path);
  return Object.values<{ readonly name: string; readonly type: string }>(properties).map((property) => ({
    // The decorators of the class's own properties have declared these.
    property: property.name as Extract<keyof Entity, string>,
    name: columnName(property),
    isTime: property.type === 'datetime',
  }));
}

function columnName(property: { readonly name: string }): string {
  // As the decorator was given it, until MikroORM is initialized; afterwards MikroORM has completed it.
  const declared: unknown = Reflect.get(property, 'fieldName');
  const [completed]: unknown[] = [Reflect.get(property, 'fieldNames')].flat();
  const name = declared ?? completed;
  return typeof name === 'string' ? name : NAMING.propertyToColumnName(property.name);
}
